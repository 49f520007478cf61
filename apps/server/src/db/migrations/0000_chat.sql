CREATE TABLE "accounts" (
	"user_id" text PRIMARY KEY NOT NULL,
	"password_hash" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "conversations" (
	"id" uuid PRIMARY KEY NOT NULL,
	"user1_id" text NOT NULL,
	"user2_id" text NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL,
	"activity_at" timestamp (3) with time zone NOT NULL,
	"last_seq" integer DEFAULT 0 NOT NULL,
	"user1_read_seq" integer DEFAULT 0 NOT NULL,
	"user2_read_seq" integer DEFAULT 0 NOT NULL,
	"user1_unread" integer DEFAULT 0 NOT NULL,
	"user2_unread" integer DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "messages" (
	"conversation_id" uuid NOT NULL,
	"seq" integer NOT NULL,
	"message_id" uuid NOT NULL,
	"sender_id" text NOT NULL,
	"content" text NOT NULL,
	"timestamp" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "messages_pkey" PRIMARY KEY("conversation_id","seq")
);
--> statement-breakpoint
CREATE TABLE "secrets" (
	"name" text PRIMARY KEY NOT NULL,
	"value" "bytea" NOT NULL
);
--> statement-breakpoint
CREATE TABLE "sessions" (
	"id" uuid PRIMARY KEY NOT NULL,
	"user_id" text NOT NULL,
	"token_hash" "bytea" NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "users" (
	"id" text PRIMARY KEY NOT NULL,
	"username" text NOT NULL,
	"username_key" text collate "C" NOT NULL,
	"created_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE INDEX "conversations_by_user1" ON "conversations" USING btree ("user1_id","activity_at","id");--> statement-breakpoint
CREATE INDEX "conversations_by_user2" ON "conversations" USING btree ("user2_id","activity_at","id");--> statement-breakpoint
CREATE UNIQUE INDEX "messages_by_message_id" ON "messages" USING btree ("conversation_id","message_id");--> statement-breakpoint
CREATE INDEX "sessions_by_user" ON "sessions" USING btree ("user_id");--> statement-breakpoint
CREATE UNIQUE INDEX "users_by_username_key" ON "users" USING btree ("username_key");--> statement-breakpoint
-- The key of the conversation ids, made here so that every node of this database derives the same ids: 244 random bits.
INSERT INTO "secrets" ("name", "value") VALUES ('conversation_id', decode(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 'hex'));
