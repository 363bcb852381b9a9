CREATE TABLE `agent_claims` (
	`job` text PRIMARY KEY NOT NULL,
	`claim` text NOT NULL,
	`result` text
);
--> statement-breakpoint
CREATE TABLE `agent_jobs` (
	`id` text PRIMARY KEY NOT NULL,
	`owner` text NOT NULL,
	`permlink` text NOT NULL,
	`input_cid` text NOT NULL,
	`qualities` text NOT NULL,
	`phase` text NOT NULL,
	`attempts` integer NOT NULL,
	`fencing_token` integer NOT NULL,
	`error` text,
	`result` text,
	`created_at` integer NOT NULL,
	`next_try_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `agent_jobs_phase` ON `agent_jobs` (`phase`,`created_at`);