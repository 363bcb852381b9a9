-- Snapshots of the former form are not read any more.
DROP TABLE `ledger_snapshots`;--> statement-breakpoint
CREATE TABLE `ledger_snapshots` (
	`height` integer NOT NULL,
	`part` integer NOT NULL,
	`parts` integer NOT NULL,
	`version` integer NOT NULL,
	`hash` text NOT NULL,
	`state` text NOT NULL,
	PRIMARY KEY(`height`, `part`)
);
