CREATE TABLE `encounters` (
	`encoder` text NOT NULL,
	`job` text NOT NULL,
	`kind` text NOT NULL,
	`at` integer NOT NULL,
	PRIMARY KEY(`encoder`, `job`, `kind`)
);
--> statement-breakpoint
CREATE TABLE `received_seals` (
	`job` text NOT NULL,
	`encoder` text NOT NULL,
	`envelope` text NOT NULL,
	PRIMARY KEY(`job`, `encoder`)
);
