CREATE TABLE `bindings` (
	`name` text PRIMARY KEY NOT NULL,
	`value` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `creator_jobs` (
	`id` text PRIMARY KEY NOT NULL,
	`phase` text NOT NULL,
	`job` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `encoded_pieces` (
	`job` text NOT NULL,
	`rendition` text NOT NULL,
	`part` integer NOT NULL,
	`segments` text NOT NULL,
	PRIMARY KEY(`job`, `rendition`, `part`)
);
--> statement-breakpoint
CREATE TABLE `encoder_jobs` (
	`id` text PRIMARY KEY NOT NULL,
	`phase` text NOT NULL,
	`job` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `job_events` (
	`sequence` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`job` text NOT NULL,
	`event` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `job_events_job` ON `job_events` (`job`,`sequence`);--> statement-breakpoint
CREATE TABLE `ledger_blocks` (
	`height` integer PRIMARY KEY NOT NULL,
	`block` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `ledger_snapshots` (
	`height` integer PRIMARY KEY NOT NULL,
	`version` integer NOT NULL,
	`hash` text NOT NULL,
	`state` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `outbox_entries` (
	`key` text PRIMARY KEY NOT NULL,
	`transaction_id` text NOT NULL,
	`transaction` text NOT NULL,
	`expires` integer NOT NULL,
	`phase` text NOT NULL,
	`block` integer,
	`complaint` text,
	CONSTRAINT "outbox_entries_block" CHECK((phase = 'confirmed') = (block is not null))
);
--> statement-breakpoint
CREATE UNIQUE INDEX `outbox_entries_transactionId_unique` ON `outbox_entries` (`transaction_id`);--> statement-breakpoint
CREATE INDEX `outbox_entries_signed` ON `outbox_entries` (`expires`) WHERE phase = 'signed';--> statement-breakpoint
CREATE TABLE `pins` (
	`cid` text NOT NULL,
	`owner` text NOT NULL,
	PRIMARY KEY(`cid`, `owner`)
);
--> statement-breakpoint
CREATE INDEX `pins_owner` ON `pins` (`owner`);--> statement-breakpoint
CREATE TABLE `received_bids` (
	`job` text NOT NULL,
	`encoder` text NOT NULL,
	`envelope` text NOT NULL,
	PRIMARY KEY(`job`, `encoder`)
);
