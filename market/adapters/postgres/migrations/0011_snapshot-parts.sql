-- Snapshots of the former form are not read any more.
DROP TABLE "chain_snapshots";--> statement-breakpoint
CREATE TABLE "chain_snapshots" (
	"height" bigint NOT NULL,
	"part" integer NOT NULL,
	"parts" integer NOT NULL,
	"version" integer NOT NULL,
	"hash" text NOT NULL,
	"state" text NOT NULL,
	CONSTRAINT "chain_snapshots_height_part_pk" PRIMARY KEY("height","part")
);
