CREATE TABLE "chain_prices" (
	"account" varchar(16) NOT NULL,
	"height" bigint NOT NULL,
	"position" integer NOT NULL,
	"time" bigint NOT NULL,
	"transaction" text NOT NULL,
	"prices" text,
	CONSTRAINT "chain_prices_account_height_position_pk" PRIMARY KEY("account","height","position")
);
--> statement-breakpoint
CREATE TABLE "chain_receipts" (
	"account" varchar(16) NOT NULL,
	"height" bigint NOT NULL,
	"position" integer NOT NULL,
	"role" text NOT NULL,
	"time" bigint NOT NULL,
	"transaction" text NOT NULL,
	"job" varchar(33) NOT NULL,
	"amount" bigint NOT NULL,
	CONSTRAINT "chain_receipts_account_height_position_role_pk" PRIMARY KEY("account","height","position","role")
);
--> statement-breakpoint
ALTER TABLE "chain_jobs" ADD COLUMN "delivered_time" bigint;--> statement-breakpoint
ALTER TABLE "chain_jobs" ADD COLUMN "video_milliseconds" bigint;--> statement-breakpoint
ALTER TABLE "chain_nodes" ADD COLUMN "codecs" text[];--> statement-breakpoint
ALTER TABLE "chain_nodes" ADD COLUMN "hw_accel" text;--> statement-breakpoint
ALTER TABLE "chain_nodes" ADD COLUMN "speed" integer;--> statement-breakpoint
ALTER TABLE "chain_nodes" ADD COLUMN "price_per_minute" bigint;--> statement-breakpoint
CREATE INDEX "chain_receipts_sums" ON "chain_receipts" USING btree ("account","role","time","amount");--> statement-breakpoint
CREATE INDEX "chain_jobs_deliveries" ON "chain_jobs" USING btree ("delivered_time","accepted_time","video_milliseconds") WHERE delivered_time is not null;--> statement-breakpoint
CREATE INDEX "chain_nodes_by_price" ON "chain_nodes" USING btree ("price_per_minute","account") WHERE phase = 'active' and price_per_minute is not null;--> statement-breakpoint
CREATE INDEX "chain_nodes_by_speed" ON "chain_nodes" USING btree ("speed","account") WHERE phase = 'active' and price_per_minute is not null;--> statement-breakpoint
-- The tables follow from the first block again, with what they lacked.
DELETE FROM "chain_snapshots";--> statement-breakpoint
DELETE FROM "chain_blocks";
