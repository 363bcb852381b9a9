CREATE TABLE "audit_entries" (
	"sequence" bigint PRIMARY KEY NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"actor" text NOT NULL,
	"action" text NOT NULL,
	"subject" text NOT NULL,
	"details" jsonb NOT NULL,
	"previous_hash" text NOT NULL,
	"hash" text NOT NULL,
	CONSTRAINT "audit_entries_hash_unique" UNIQUE("hash")
);
--> statement-breakpoint
CREATE TABLE "encoder_capabilities" (
	"id" varchar PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"encoder_node_id" varchar NOT NULL,
	"codec" text NOT NULL,
	"max_resolution" text NOT NULL,
	"hw_accel_type" text,
	"estimated_speed" real,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "encoder_nodes" (
	"id" varchar PRIMARY KEY NOT NULL,
	"owner" varchar(16) NOT NULL,
	"kind" text NOT NULL,
	"name" text,
	"peer" text,
	"version" text,
	"hw_accel" text DEFAULT 'none' NOT NULL,
	"slots" integer DEFAULT 1 NOT NULL,
	"jobs_in_progress" integer DEFAULT 0 NOT NULL,
	"per_minute" jsonb,
	"registered_at" timestamp with time zone DEFAULT now() NOT NULL,
	"last_seen_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "encoding_jobs" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"owner" varchar(16) NOT NULL,
	"permlink" text NOT NULL,
	"input_cid" text NOT NULL,
	"is_short" boolean NOT NULL,
	"duration_seconds" real,
	"qualities" text[] NOT NULL,
	"tiers" text[] NOT NULL,
	"tier" text NOT NULL,
	"budget" bigint,
	"phase" text DEFAULT 'queued' NOT NULL,
	"assigned_at" timestamp with time zone,
	"assigned_encoder_id" varchar,
	"lease_expires_at" timestamp with time zone,
	"fencing_token" bigint DEFAULT 0 NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"max_attempts" integer DEFAULT 3 NOT NULL,
	"last_error" text,
	"last_error_class" text,
	"next_retry_at" timestamp with time zone,
	"expires_at" timestamp with time zone NOT NULL,
	"current_stage" text,
	"stage_progress" integer DEFAULT 0,
	"progress" integer DEFAULT 0 NOT NULL,
	"job_signature" text,
	"webhook_url" text,
	"webhook_secret" text,
	"market_job" varchar(33),
	"output_cid" text,
	"manifest_path" text,
	"output_qualities" text[],
	"processing_time_sec" real,
	"output_size_bytes" bigint,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"finished_at" timestamp with time zone,
	CONSTRAINT "encoding_jobs_phase" CHECK (phase in ('queued', 'leased', 'completed', 'failed', 'cancelled', 'expired')),
	CONSTRAINT "encoding_jobs_lease" CHECK ((phase = 'leased') = (lease_expires_at is not null) and (phase <> 'leased' or assigned_encoder_id is not null)),
	CONSTRAINT "encoding_jobs_result" CHECK (phase <> 'completed' or output_cid is not null),
	CONSTRAINT "encoding_jobs_progress" CHECK (progress between 0 and 100 and stage_progress between 0 and 100)
);
--> statement-breakpoint
CREATE TABLE "encoding_profiles" (
	"owner" varchar(16) PRIMARY KEY NOT NULL,
	"tiers" text[] NOT NULL,
	"qualities" text[] NOT NULL,
	"budget" bigint,
	"arbiters" text[] NOT NULL,
	"award_limit" bigint,
	"release_limit" bigint,
	"webhook_url" text,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "job_events" (
	"sequence" bigserial PRIMARY KEY NOT NULL,
	"job_id" uuid NOT NULL,
	"type" text NOT NULL,
	"fields" jsonb NOT NULL,
	"at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "challenges" (
	"nonce" text PRIMARY KEY NOT NULL,
	"account" varchar(16) NOT NULL,
	"text" text NOT NULL,
	"expires_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "sessions" (
	"token_hash" text PRIMARY KEY NOT NULL,
	"account" varchar(16) NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "webhook_deliveries" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"owner" varchar(16) NOT NULL,
	"job_id" uuid,
	"sequence" bigint NOT NULL,
	"type" text NOT NULL,
	"url" text NOT NULL,
	"secret" text NOT NULL,
	"body" text NOT NULL,
	"phase" text DEFAULT 'due' NOT NULL,
	"tries" integer DEFAULT 0 NOT NULL,
	"next_try_at" timestamp with time zone DEFAULT now() NOT NULL,
	"lease_expires_at" timestamp with time zone,
	"last_status" integer,
	"last_latency_ms" integer,
	"last_answer" text,
	"last_error" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"finished_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "webhook_receipts" (
	"sender" text NOT NULL,
	"id" text NOT NULL,
	"received_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "webhook_receipts_once" UNIQUE("sender","id")
);
--> statement-breakpoint
ALTER TABLE "encoder_capabilities" ADD CONSTRAINT "encoder_capabilities_encoder_node_id_encoder_nodes_id_fk" FOREIGN KEY ("encoder_node_id") REFERENCES "public"."encoder_nodes"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "job_events" ADD CONSTRAINT "job_events_job_id_encoding_jobs_id_fk" FOREIGN KEY ("job_id") REFERENCES "public"."encoding_jobs"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "audit_entries_of_actor" ON "audit_entries" USING btree ("actor","sequence" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "audit_entries_of_subject" ON "audit_entries" USING btree ("subject","sequence" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "encoder_capabilities_of_node" ON "encoder_capabilities" USING btree ("encoder_node_id");--> statement-breakpoint
CREATE INDEX "encoder_nodes_by_owner" ON "encoder_nodes" USING btree ("owner");--> statement-breakpoint
CREATE INDEX "encoder_nodes_alive" ON "encoder_nodes" USING btree ("kind","last_seen_at" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "encoding_jobs_claimable" ON "encoding_jobs" USING btree ("tier","created_at") WHERE phase = 'queued';--> statement-breakpoint
CREATE INDEX "encoding_jobs_lapsing" ON "encoding_jobs" USING btree ("lease_expires_at") WHERE phase = 'leased';--> statement-breakpoint
CREATE INDEX "encoding_jobs_expiring" ON "encoding_jobs" USING btree ("expires_at") WHERE phase in ('queued', 'leased');--> statement-breakpoint
CREATE INDEX "encoding_jobs_newest" ON "encoding_jobs" USING btree ("created_at" DESC NULLS LAST,"id" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "encoding_jobs_by_owner" ON "encoding_jobs" USING btree ("owner","created_at" DESC NULLS LAST,"id" DESC NULLS LAST);--> statement-breakpoint
CREATE INDEX "encoding_jobs_by_phase" ON "encoding_jobs" USING btree ("phase","created_at" DESC NULLS LAST,"id" DESC NULLS LAST);--> statement-breakpoint
CREATE UNIQUE INDEX "encoding_jobs_market_job" ON "encoding_jobs" USING btree ("market_job");--> statement-breakpoint
CREATE INDEX "job_events_of_job" ON "job_events" USING btree ("job_id","sequence");--> statement-breakpoint
CREATE INDEX "sessions_of_account" ON "sessions" USING btree ("account");--> statement-breakpoint
CREATE INDEX "webhook_deliveries_due" ON "webhook_deliveries" USING btree ("next_try_at") WHERE phase = 'due';--> statement-breakpoint
CREATE INDEX "webhook_deliveries_of_owner" ON "webhook_deliveries" USING btree ("owner","created_at" DESC NULLS LAST,"id");--> statement-breakpoint
CREATE INDEX "webhook_deliveries_of_job" ON "webhook_deliveries" USING btree ("job_id","sequence");