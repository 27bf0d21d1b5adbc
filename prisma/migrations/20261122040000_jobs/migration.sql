-- AlterTable
ALTER TABLE "api_key" ADD COLUMN     "prefix" TEXT NOT NULL DEFAULT '';

-- CreateTable
CREATE TABLE "refresh_failure" (
    "customer_id" INTEGER NOT NULL,
    "error" TEXT NOT NULL,
    "attempts" INTEGER NOT NULL DEFAULT 1,
    "failed_at" TIMESTAMPTZ(3) NOT NULL,
    "retry_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "refresh_failure_pkey" PRIMARY KEY ("customer_id")
);

-- CreateIndex
CREATE INDEX "refresh_failure_retry_at_idx" ON "refresh_failure"("retry_at");
