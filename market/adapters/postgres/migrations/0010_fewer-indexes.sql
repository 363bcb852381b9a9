DROP INDEX "encoding_jobs_lapsing";--> statement-breakpoint
DROP INDEX "encoding_jobs_expiring";--> statement-breakpoint
DROP INDEX "encoding_jobs_ended";--> statement-breakpoint
DROP INDEX "encoding_jobs_by_phase";--> statement-breakpoint
DROP INDEX "encoding_jobs_by_tier";--> statement-breakpoint
CREATE INDEX "encoding_jobs_due" ON "encoding_jobs" USING btree ("phase",coalesce(finished_at, least(lease_expires_at, expires_at)));--> statement-breakpoint
CREATE INDEX "encoding_jobs_by_phase_and_tier" ON "encoding_jobs" USING btree ("phase","tier","created_at","id");