CREATE TABLE `cached_pieces` (
	`key` text PRIMARY KEY NOT NULL,
	`segments` text NOT NULL,
	`place` text NOT NULL,
	`bytes` integer NOT NULL,
	`used_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `cached_pieces_used` ON `cached_pieces` (`used_at`);