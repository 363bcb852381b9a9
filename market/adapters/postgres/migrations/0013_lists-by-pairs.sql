DROP INDEX "chain_jobs_by_creator";--> statement-breakpoint
DROP INDEX "chain_jobs_by_encoder";--> statement-breakpoint
DROP INDEX "encoding_jobs_by_owner";--> statement-breakpoint
DROP INDEX "encoding_jobs_by_encoder";--> statement-breakpoint
CREATE INDEX "chain_jobs_of_creator" ON "chain_jobs" USING btree ("creator","offered_height","id","phase","encoder");--> statement-breakpoint
CREATE INDEX "chain_jobs_of_encoder" ON "chain_jobs" USING btree ("encoder","offered_height","id","phase","creator");--> statement-breakpoint
CREATE INDEX "encoding_jobs_by_owner_and_phase" ON "encoding_jobs" USING btree ("owner","phase","created_at","id","tier");--> statement-breakpoint
CREATE INDEX "encoding_jobs_by_encoder_and_phase" ON "encoding_jobs" USING btree ("assigned_encoder_id","phase","created_at","id","owner","tier") WHERE phase <> 'queued';