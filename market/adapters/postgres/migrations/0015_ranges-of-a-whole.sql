-- The tables follow from the first block again: of which whole a job is a range was not kept.
DELETE FROM "chain_blocks";--> statement-breakpoint
DELETE FROM "chain_snapshots";--> statement-breakpoint
ALTER TABLE "chain_jobs" ADD COLUMN "whole" varchar(33);--> statement-breakpoint
CREATE INDEX "chain_jobs_of_whole" ON "chain_jobs" USING btree ("whole","offered_height","id") WHERE whole is not null;