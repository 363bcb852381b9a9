ALTER TABLE `cached_pieces` ADD `init` text;--> statement-breakpoint
ALTER TABLE `encoded_pieces` ADD `init` text;