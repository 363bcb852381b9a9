/* 
    Unfortunately in current drizzle-kit version we can't automatically get name for primary key.
    We are working on making it available!

    Meanwhile you can:
        1. Check pk name in your database, by running
            SELECT constraint_name FROM information_schema.table_constraints
            WHERE table_schema = 'public'
                AND table_name = 'chain_snapshots'
                AND constraint_type = 'PRIMARY KEY';
        2. Uncomment code below and paste pk name manually
        
    Hope to release this update as soon as possible
*/

-- ALTER TABLE "chain_snapshots" DROP CONSTRAINT "<constraint_name>";--> statement-breakpoint
ALTER TABLE "chain_snapshots" ADD CONSTRAINT "chain_snapshots_height_part_pk" PRIMARY KEY("height","part");--> statement-breakpoint
ALTER TABLE "chain_snapshots" ADD COLUMN "part" integer NOT NULL;--> statement-breakpoint
ALTER TABLE "chain_snapshots" ADD COLUMN "parts" integer NOT NULL;