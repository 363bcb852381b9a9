CREATE TABLE "job_plans" (
	"job_id" uuid PRIMARY KEY NOT NULL,
	"steps" jsonb NOT NULL,
	"signature_wait_seconds" integer NOT NULL,
	"reasons" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"look_at" timestamp with time zone DEFAULT now(),
	"award_until" timestamp with time zone
);
--> statement-breakpoint
ALTER TABLE "encoding_profiles" ADD COLUMN "agent_wait_seconds" integer DEFAULT 120 NOT NULL;--> statement-breakpoint
ALTER TABLE "encoding_profiles" ADD COLUMN "browser_wait_seconds" integer DEFAULT 120 NOT NULL;--> statement-breakpoint
ALTER TABLE "encoding_profiles" ADD COLUMN "bid_wait_seconds" integer DEFAULT 300 NOT NULL;--> statement-breakpoint
ALTER TABLE "encoding_profiles" ADD COLUMN "signature_wait_seconds" integer DEFAULT 3600 NOT NULL;--> statement-breakpoint
ALTER TABLE "job_plans" ADD CONSTRAINT "job_plans_job_id_encoding_jobs_id_fk" FOREIGN KEY ("job_id") REFERENCES "public"."encoding_jobs"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "job_plans_due" ON "job_plans" USING btree ("look_at") WHERE look_at is not null;--> statement-breakpoint
INSERT INTO "job_plans" ("job_id", "steps", "signature_wait_seconds")
SELECT j.id, (
	SELECT jsonb_agg(jsonb_build_object('tier', t.tier, 'skipped', null, 'waitSeconds', CASE
		WHEN t.tier = 'community' THEN 300
		WHEN t.place < cardinality(j.tiers) THEN 120
	END) ORDER BY t.place)
	FROM unnest(j.tiers) WITH ORDINALITY AS t (tier, place)
), 3600
FROM encoding_jobs j WHERE j.phase IN ('queued', 'leased');
