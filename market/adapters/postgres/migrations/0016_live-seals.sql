CREATE UNLOGGED TABLE "live_seals" (
	"job" varchar(33) NOT NULL,
	"encoder" varchar(16) NOT NULL,
	"seal" text NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	CONSTRAINT "live_seals_job_encoder_pk" PRIMARY KEY("job","encoder")
);
--> statement-breakpoint
CREATE INDEX "live_seals_ending" ON "live_seals" USING btree ("expires_at");