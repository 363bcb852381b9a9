CREATE UNLOGGED TABLE "live_offers" (
	"job" varchar(33) PRIMARY KEY NOT NULL,
	"offer" text NOT NULL,
	"expires_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "encoding_jobs" ADD COLUMN "market_event" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "encoding_jobs" ADD COLUMN "paid" bigint;--> statement-breakpoint
CREATE INDEX "live_offers_ending" ON "live_offers" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "chain_jobs_newest" ON "chain_jobs" USING btree ("offered_height","id");--> statement-breakpoint
CREATE INDEX "encoding_jobs_following" ON "encoding_jobs" USING btree ("market_job") WHERE market_job is not null and phase in ('queued', 'leased');