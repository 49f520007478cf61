-- Nodes of the version before do not write these columns.
ALTER TABLE "conversations" ALTER COLUMN "activity_hour" DROP EXPRESSION;--> statement-breakpoint
ALTER TABLE "conversations" ALTER COLUMN "activity_hour" SET DEFAULT date_trunc('hour', now() at time zone 'UTC');--> statement-breakpoint
ALTER TABLE "conversations" ALTER COLUMN "activity_hour" SET NOT NULL;--> statement-breakpoint
ALTER TABLE "conversations" ALTER COLUMN "changed_era" DROP EXPRESSION;--> statement-breakpoint
ALTER TABLE "conversations" ALTER COLUMN "changed_era" SET DEFAULT (pg_current_xact_id()::text::bigint >> 16);--> statement-breakpoint
ALTER TABLE "conversations" ALTER COLUMN "changed_era" SET NOT NULL;
