DROP INDEX "conversations_by_user1";--> statement-breakpoint
DROP INDEX "conversations_by_user2";--> statement-breakpoint
ALTER TABLE "conversations" ADD COLUMN "changed_xid" bigint DEFAULT pg_current_xact_id()::text::bigint NOT NULL;--> statement-breakpoint
ALTER TABLE "users" ADD COLUMN "last_seen_at" timestamp (3) with time zone;--> statement-breakpoint
CREATE INDEX "conversations_by_user1" ON "conversations" USING btree ("user1_id","activity_at","id","changed_xid");--> statement-breakpoint
CREATE INDEX "conversations_by_user2" ON "conversations" USING btree ("user2_id","activity_at","id","changed_xid");