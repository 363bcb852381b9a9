-- The tables follow from the first block again: what scores were can only be told of what is folded.
DELETE FROM "chain_blocks";--> statement-breakpoint
DELETE FROM "chain_snapshots";--> statement-breakpoint
DELETE FROM "chain_standings";--> statement-breakpoint
CREATE TABLE "chain_score_points" (
	"account" varchar(16) NOT NULL,
	"role" text NOT NULL,
	"height" bigint NOT NULL,
	"time" bigint NOT NULL,
	"score" integer NOT NULL,
	"low" integer NOT NULL,
	"high" integer NOT NULL,
	"is_deed" boolean NOT NULL,
	CONSTRAINT "chain_score_points_account_role_height_pk" PRIMARY KEY("account","role","height")
);
--> statement-breakpoint
ALTER TABLE "chain_standings" ADD COLUMN "active_time" bigint NOT NULL;--> statement-breakpoint
CREATE INDEX "chain_operations_registering" ON "chain_operations" USING btree ("signer","height","position") WHERE kind in ('node.register', 'node.retire') and refusal is null;--> statement-breakpoint
CREATE INDEX "chain_standings_latest" ON "chain_standings" USING btree ("role","active_time","account");