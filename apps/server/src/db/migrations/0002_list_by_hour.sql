DROP INDEX "conversations_by_user1";--> statement-breakpoint
DROP INDEX "conversations_by_user2";--> statement-breakpoint
ALTER TABLE "conversations" ADD COLUMN "activity_hour" timestamp GENERATED ALWAYS AS (date_trunc('hour', activity_at at time zone 'UTC')) STORED;--> statement-breakpoint
ALTER TABLE "conversations" ADD COLUMN "changed_era" bigint GENERATED ALWAYS AS (changed_xid >> 16) STORED;--> statement-breakpoint
CREATE INDEX "conversations_by_user1" ON "conversations" USING btree ("user1_id","activity_hour","changed_era");--> statement-breakpoint
CREATE INDEX "conversations_by_user2" ON "conversations" USING btree ("user2_id","activity_hour","changed_era");--> statement-breakpoint
-- Room for the next version of a row beside it: a HOT update needs it on the same page.
ALTER TABLE "conversations" SET (fillfactor = 70);
