DROP INDEX "encoding_jobs_claimable";--> statement-breakpoint
DROP INDEX "encoding_jobs_newest";--> statement-breakpoint
DROP INDEX "encoding_jobs_by_owner";--> statement-breakpoint
DROP INDEX "encoding_jobs_by_phase";--> statement-breakpoint
DROP INDEX "encoding_jobs_market_job";--> statement-breakpoint
ALTER TABLE "encoding_jobs" ALTER COLUMN "stage_progress" SET NOT NULL;--> statement-breakpoint
ALTER TABLE "encoding_jobs" ALTER COLUMN "created_at" SET DATA TYPE timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "encoding_jobs" ALTER COLUMN "created_at" SET DEFAULT now();--> statement-breakpoint
ALTER TABLE "encoding_jobs" ADD COLUMN "tier_entered_at" timestamp with time zone DEFAULT now() NOT NULL;--> statement-breakpoint
ALTER TABLE "encoding_jobs" ADD COLUMN "turn" bigint NOT NULL;--> statement-breakpoint
ALTER TABLE "encoding_jobs" ADD COLUMN "failures" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "job_events" ADD COLUMN "phase" text NOT NULL;--> statement-breakpoint
CREATE INDEX "encoding_jobs_claimable_of_owner" ON "encoding_jobs" USING btree ("tier","owner","turn","created_at") WHERE phase = 'queued' and next_retry_at is null;--> statement-breakpoint
CREATE INDEX "encoding_jobs_resting" ON "encoding_jobs" USING btree ("next_retry_at") WHERE phase = 'queued' and next_retry_at is not null;--> statement-breakpoint
CREATE INDEX "encoding_jobs_falling" ON "encoding_jobs" USING btree ("tier_entered_at") WHERE phase = 'queued' and tier <> tiers[cardinality(tiers)];--> statement-breakpoint
CREATE INDEX "encoding_jobs_ended" ON "encoding_jobs" USING btree ("finished_at") WHERE finished_at is not null;--> statement-breakpoint
CREATE INDEX "encoding_jobs_by_tier" ON "encoding_jobs" USING btree ("tier","created_at","id");--> statement-breakpoint
CREATE INDEX "encoding_jobs_by_encoder" ON "encoding_jobs" USING btree ("assigned_encoder_id","created_at","id") WHERE phase <> 'queued';--> statement-breakpoint
CREATE INDEX "job_events_lost" ON "job_events" USING btree ("at") WHERE type = 'lease-lost';--> statement-breakpoint
CREATE INDEX "encoding_jobs_claimable" ON "encoding_jobs" USING btree ("tier","turn","created_at") WHERE phase = 'queued' and next_retry_at is null;--> statement-breakpoint
CREATE INDEX "encoding_jobs_newest" ON "encoding_jobs" USING btree ("created_at","id");--> statement-breakpoint
CREATE INDEX "encoding_jobs_by_owner" ON "encoding_jobs" USING btree ("owner","created_at","id");--> statement-breakpoint
CREATE INDEX "encoding_jobs_by_phase" ON "encoding_jobs" USING btree ("phase","created_at","id");--> statement-breakpoint
CREATE UNIQUE INDEX "encoding_jobs_market_job" ON "encoding_jobs" USING btree ("market_job") WHERE market_job is not null;--> statement-breakpoint
ALTER TABLE "encoding_jobs" ADD CONSTRAINT "encoding_jobs_finished" CHECK ((phase in ('queued', 'leased')) = (finished_at is null) and (phase = 'queued' or next_retry_at is null));