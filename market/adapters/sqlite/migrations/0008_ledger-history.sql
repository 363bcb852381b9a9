CREATE TABLE `ledger_history` (
	`height` integer PRIMARY KEY NOT NULL,
	`block` text NOT NULL
);
