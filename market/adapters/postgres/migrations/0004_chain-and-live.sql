CREATE TABLE "chain_blocks" (
	"first" bigint PRIMARY KEY NOT NULL,
	"last" bigint NOT NULL,
	"blocks" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "chain_cursor" (
	"id" integer PRIMARY KEY NOT NULL,
	"chain_id" text NOT NULL,
	"operation_id" text NOT NULL,
	"genesis_height" bigint NOT NULL,
	"height" bigint,
	"block" text,
	"time" bigint,
	"events" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "chain_custom" (
	"account" varchar(16) NOT NULL,
	"role" text NOT NULL,
	"counterpart" varchar(16) NOT NULL,
	"good" numeric NOT NULL,
	CONSTRAINT "chain_custom_account_role_counterpart_pk" PRIMARY KEY("account","role","counterpart")
);
--> statement-breakpoint
CREATE TABLE "chain_escrows" (
	"key" text PRIMARY KEY NOT NULL,
	"phase" text NOT NULL,
	"job" varchar(33) NOT NULL,
	"agent" varchar(16) NOT NULL,
	"held" bigint NOT NULL,
	"record" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "chain_job_events" (
	"sequence" bigint PRIMARY KEY NOT NULL,
	"height" bigint NOT NULL,
	"position" integer NOT NULL,
	"ordinal" integer NOT NULL,
	"time" bigint NOT NULL,
	"transaction" text NOT NULL,
	"job" varchar(33) NOT NULL,
	"type" text NOT NULL,
	"actor" varchar(16),
	"receiver" varchar(16),
	"amount" bigint
);
--> statement-breakpoint
CREATE TABLE "chain_jobs" (
	"id" varchar(33) PRIMARY KEY NOT NULL,
	"phase" text NOT NULL,
	"creator" varchar(16) NOT NULL,
	"encoder" varchar(16),
	"arbiter" varchar(16),
	"ceiling" bigint NOT NULL,
	"price" bigint,
	"price_per_minute" bigint,
	"fee" bigint,
	"to_encoder" bigint,
	"to_creator" bigint,
	"is_disputed" boolean NOT NULL,
	"stars" integer,
	"offered_height" bigint NOT NULL,
	"accepted_time" bigint,
	"settled_time" bigint,
	"record" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "chain_nodes" (
	"account" varchar(16) PRIMARY KEY NOT NULL,
	"phase" text NOT NULL,
	"peer" text NOT NULL,
	"roles" text[] NOT NULL,
	"updated_height" bigint NOT NULL,
	"record" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "chain_operations" (
	"height" bigint NOT NULL,
	"position" integer NOT NULL,
	"time" bigint NOT NULL,
	"transaction" text NOT NULL,
	"kind" text NOT NULL,
	"signer" varchar(16),
	"job" varchar(33),
	"refusal" text,
	"facts" jsonb NOT NULL,
	"action" text,
	CONSTRAINT "chain_operations_height_position_pk" PRIMARY KEY("height","position")
);
--> statement-breakpoint
CREATE TABLE "chain_snapshots" (
	"height" bigint PRIMARY KEY NOT NULL,
	"version" integer NOT NULL,
	"hash" text NOT NULL,
	"state" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "chain_standing_deeds" (
	"job" varchar(33) NOT NULL,
	"place" integer NOT NULL,
	"account" varchar(16) NOT NULL,
	"role" text NOT NULL,
	"counterpart" varchar(16),
	"height" bigint NOT NULL,
	"time" bigint NOT NULL,
	"transaction" text NOT NULL,
	"good" numeric NOT NULL,
	"fault" numeric NOT NULL,
	"marks" text[] NOT NULL,
	"links" jsonb NOT NULL,
	CONSTRAINT "chain_standing_deeds_job_place_pk" PRIMARY KEY("job","place")
);
--> statement-breakpoint
CREATE TABLE "chain_standings" (
	"account" varchar(16) NOT NULL,
	"role" text NOT NULL,
	"score" integer NOT NULL,
	"low" integer NOT NULL,
	"high" integer NOT NULL,
	"deeds" integer NOT NULL,
	"good_total" numeric NOT NULL,
	"faults" numeric NOT NULL,
	"marks" text NOT NULL,
	CONSTRAINT "chain_standings_account_role_pk" PRIMARY KEY("account","role")
);
--> statement-breakpoint
CREATE UNLOGGED TABLE "live_bids" (
	"job" varchar(33) NOT NULL,
	"encoder" varchar(16) NOT NULL,
	"price" bigint NOT NULL,
	"ready_by" bigint NOT NULL,
	"bid" text NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	CONSTRAINT "live_bids_job_encoder_pk" PRIMARY KEY("job","encoder")
);
--> statement-breakpoint
CREATE UNLOGGED TABLE "live_presence" (
	"account" varchar(16) PRIMARY KEY NOT NULL,
	"at" bigint NOT NULL,
	"free_slots" integer NOT NULL,
	"expires_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE UNLOGGED TABLE "live_progress" (
	"job" varchar(33) NOT NULL,
	"encoder" varchar(16) NOT NULL,
	"sequence" bigint NOT NULL,
	"stage" text NOT NULL,
	"percent" real NOT NULL,
	"speed" real,
	"eta_seconds" bigint,
	"preview" text,
	"expires_at" timestamp with time zone NOT NULL,
	CONSTRAINT "live_progress_job_encoder_pk" PRIMARY KEY("job","encoder")
);
--> statement-breakpoint
CREATE INDEX "chain_custom_of_counterpart" ON "chain_custom" USING btree ("counterpart","account","role","good");--> statement-breakpoint
CREATE INDEX "chain_escrows_disputed" ON "chain_escrows" USING btree ("agent") WHERE phase = 'disputed';--> statement-breakpoint
CREATE INDEX "chain_escrows_held" ON "chain_escrows" USING btree ("held");--> statement-breakpoint
CREATE INDEX "chain_job_events_of_job" ON "chain_job_events" USING btree ("job","sequence");--> statement-breakpoint
CREATE INDEX "chain_job_events_money" ON "chain_job_events" USING btree ("type","time","amount");--> statement-breakpoint
CREATE INDEX "chain_jobs_by_creator" ON "chain_jobs" USING btree ("creator","offered_height","id");--> statement-breakpoint
CREATE INDEX "chain_jobs_by_encoder" ON "chain_jobs" USING btree ("encoder","offered_height","id");--> statement-breakpoint
CREATE INDEX "chain_jobs_by_phase" ON "chain_jobs" USING btree ("phase","offered_height","id");--> statement-breakpoint
CREATE INDEX "chain_jobs_prices" ON "chain_jobs" USING btree ("accepted_time","price","price_per_minute") WHERE accepted_time is not null;--> statement-breakpoint
CREATE INDEX "chain_operations_of_transaction" ON "chain_operations" USING btree ("transaction","position");--> statement-breakpoint
CREATE INDEX "chain_operations_of_signer" ON "chain_operations" USING btree ("signer","height","position");--> statement-breakpoint
CREATE INDEX "chain_operations_of_job" ON "chain_operations" USING btree ("job","height","position");--> statement-breakpoint
CREATE INDEX "chain_standing_deeds_of_account" ON "chain_standing_deeds" USING btree ("account","role","height","job","place");--> statement-breakpoint
CREATE INDEX "chain_standings_best" ON "chain_standings" USING btree ("role","score","account");--> statement-breakpoint
CREATE INDEX "live_bids_by_price" ON "live_bids" USING btree ("job","price","encoder");--> statement-breakpoint
CREATE INDEX "live_bids_ending" ON "live_bids" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "live_presence_ending" ON "live_presence" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "live_progress_ending" ON "live_progress" USING btree ("expires_at");