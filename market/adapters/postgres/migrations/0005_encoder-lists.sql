DROP INDEX "encoder_nodes_by_owner";--> statement-breakpoint
DROP INDEX "encoder_nodes_alive";--> statement-breakpoint
ALTER TABLE "encoder_nodes" ALTER COLUMN "last_seen_at" SET DATA TYPE timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "encoder_nodes" ALTER COLUMN "last_seen_at" SET DEFAULT now();--> statement-breakpoint
CREATE INDEX "encoder_nodes_by_kind" ON "encoder_nodes" USING btree ("kind","last_seen_at","id");--> statement-breakpoint
CREATE INDEX "encoder_nodes_by_owner" ON "encoder_nodes" USING btree ("owner","last_seen_at","id");--> statement-breakpoint
CREATE INDEX "encoder_nodes_alive" ON "encoder_nodes" USING btree ("last_seen_at","id");