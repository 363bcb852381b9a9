CREATE TABLE "alerts" (
	"name" text PRIMARY KEY NOT NULL,
	"phase" text NOT NULL,
	"since" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "webhook_tries" (
	"delivery_id" uuid NOT NULL,
	"number" integer NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"status" integer,
	"latency_ms" integer NOT NULL,
	"answer" text,
	"error" text,
	CONSTRAINT "webhook_tries_delivery_id_number_pk" PRIMARY KEY("delivery_id","number")
);
--> statement-breakpoint
DROP INDEX "webhook_deliveries_due";--> statement-breakpoint
DROP INDEX "webhook_deliveries_of_owner";--> statement-breakpoint
DROP INDEX "webhook_deliveries_of_job";--> statement-breakpoint
ALTER TABLE "webhook_deliveries" ADD COLUMN "tries_allowed" integer DEFAULT 12 NOT NULL;--> statement-breakpoint
ALTER TABLE "webhook_tries" ADD CONSTRAINT "webhook_tries_delivery_id_webhook_deliveries_id_fk" FOREIGN KEY ("delivery_id") REFERENCES "public"."webhook_deliveries"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "webhook_deliveries_leased" ON "webhook_deliveries" USING btree ("owner","lease_expires_at") WHERE lease_expires_at is not null;--> statement-breakpoint
CREATE INDEX "webhook_deliveries_ended" ON "webhook_deliveries" USING btree ("finished_at") WHERE phase <> 'due';--> statement-breakpoint
CREATE UNIQUE INDEX "webhook_deliveries_of_no_job" ON "webhook_deliveries" USING btree ("owner","sequence") WHERE job_id is null;--> statement-breakpoint
CREATE INDEX "webhook_receipts_by_age" ON "webhook_receipts" USING btree ("received_at");--> statement-breakpoint
CREATE INDEX "webhook_deliveries_due" ON "webhook_deliveries" USING btree ("owner","next_try_at") WHERE phase = 'due';--> statement-breakpoint
CREATE INDEX "webhook_deliveries_of_owner" ON "webhook_deliveries" USING btree ("owner","created_at" DESC NULLS LAST,"id" DESC NULLS LAST);--> statement-breakpoint
CREATE UNIQUE INDEX "webhook_deliveries_of_job" ON "webhook_deliveries" USING btree ("job_id","sequence");--> statement-breakpoint
ALTER TABLE "webhook_deliveries" ADD CONSTRAINT "webhook_deliveries_phase" CHECK (phase in ('due', 'delivered', 'dead'));--> statement-breakpoint
ALTER TABLE "webhook_deliveries" ADD CONSTRAINT "webhook_deliveries_end" CHECK ((phase = 'due') = (finished_at is null));