CREATE TABLE `split_jobs` (
	`id` text PRIMARY KEY NOT NULL,
	`phase` text NOT NULL,
	`job` text NOT NULL
);
