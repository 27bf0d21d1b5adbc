-- AlterTable
ALTER TABLE "label" ADD COLUMN     "origin_customer_id" INTEGER;

-- AlterTable
ALTER TABLE "segment_list_member" ADD COLUMN     "origin_customer_id" INTEGER;

-- AlterTable
ALTER TABLE "segment_membership" ADD COLUMN     "origin_customer_id" INTEGER;

-- CreateTable
CREATE TABLE "identity_merge_stays" (
    "merge_id" INTEGER NOT NULL,
    "from_stays" JSONB NOT NULL,
    "into_open" JSONB NOT NULL,

    CONSTRAINT "identity_merge_stays_pkey" PRIMARY KEY ("merge_id")
);

-- CreateTable
CREATE TABLE "import_checkpoint" (
    "key" TEXT NOT NULL,
    "records" BIGINT NOT NULL,
    "accepted" BIGINT NOT NULL,
    "duplicates" BIGINT NOT NULL,
    "rejected" BIGINT NOT NULL,
    "skipped" JSONB NOT NULL,
    "rejected_bytes" BIGINT NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "import_checkpoint_pkey" PRIMARY KEY ("key")
);
