DROP INDEX "chain_job_events_money";--> statement-breakpoint
CREATE INDEX "webhook_deliveries_dead" ON "webhook_deliveries" USING btree ("finished_at") WHERE phase = 'dead';--> statement-breakpoint
CREATE INDEX "chain_job_events_money" ON "chain_job_events" USING btree ("time","type","amount") WHERE type in ('job-accepted', 'escrow-paid', 'escrow-returned');