-- CreateEnum
CREATE TYPE "TaskKind" AS ENUM ('CLASSIFY', 'MULTI_LABEL', 'REGRESS', 'SEQUENCE', 'EMBED', 'PRETRAIN', 'GENERATE');

-- CreateTable
CREATE TABLE "model" (
    "id" SERIAL NOT NULL,
    "name" TEXT NOT NULL,
    "domain_id" INTEGER NOT NULL,
    "kind" "TaskKind" NOT NULL,
    "labels" TEXT,
    "training" JSONB NOT NULL,
    "cron" TEXT,
    "next_retrain_at" TIMESTAMPTZ(3),
    "drift_threshold" DOUBLE PRECISION,
    "active_version_id" INTEGER,
    "promoted_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "model_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "model_version" (
    "id" SERIAL NOT NULL,
    "model_id" INTEGER NOT NULL,
    "number" INTEGER NOT NULL,
    "parent_id" INTEGER,
    "data_hash" TEXT NOT NULL,
    "rows" JSONB NOT NULL,
    "service" TEXT,
    "service_version" INTEGER,
    "code_version" TEXT NOT NULL,
    "spec" JSONB NOT NULL,
    "hyperparameters" JSONB NOT NULL,
    "metrics" JSONB NOT NULL,
    "baselines" JSONB NOT NULL,
    "winner" TEXT NOT NULL,
    "decided_by" TEXT NOT NULL,
    "artefact" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "model_version_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "model_promotion" (
    "id" SERIAL NOT NULL,
    "model_id" INTEGER NOT NULL,
    "version_id" INTEGER NOT NULL,
    "previous_id" INTEGER,
    "reverts_id" INTEGER,
    "actor" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "model_promotion_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "training_run" (
    "id" UUID NOT NULL,
    "model_id" INTEGER NOT NULL,
    "state" "JobState" NOT NULL DEFAULT 'QUEUED',
    "under_way" INTEGER,
    "key" TEXT,
    "trigger" TEXT NOT NULL,
    "actor" TEXT NOT NULL,
    "request" JSONB NOT NULL,
    "job_run_id" UUID,
    "step" INTEGER,
    "steps" INTEGER,
    "loss" DOUBLE PRECISION,
    "eta" TIMESTAMPTZ(3),
    "metrics" JSONB,
    "refused" TEXT,
    "error" TEXT,
    "decision" TEXT,
    "cancelled_by" TEXT,
    "version_id" INTEGER,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "started_at" TIMESTAMPTZ(3),
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "training_run_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "training_run_curve" (
    "run_id" UUID NOT NULL,
    "split" TEXT NOT NULL,
    "metric" TEXT NOT NULL,
    "step" INTEGER NOT NULL,
    "value" DOUBLE PRECISION NOT NULL,

    CONSTRAINT "training_run_curve_pkey" PRIMARY KEY ("run_id","split","metric","step")
);

-- CreateTable
CREATE TABLE "prediction" (
    "customer_id" INTEGER NOT NULL,
    "task" TEXT NOT NULL,
    "origin_customer_id" INTEGER,
    "version_id" INTEGER NOT NULL,
    "value" JSONB NOT NULL,
    "probability" DOUBLE PRECISION,
    "reasons" JSONB NOT NULL,
    "input_hash" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "prediction_pkey" PRIMARY KEY ("customer_id","task")
);

-- CreateIndex
CREATE UNIQUE INDEX "model_name_key" ON "model"("name");

-- CreateIndex
CREATE UNIQUE INDEX "model_active_version_id_key" ON "model"("active_version_id");

-- CreateIndex
CREATE INDEX "model_domain_id_labels_idx" ON "model"("domain_id", "labels");

-- CreateIndex
CREATE INDEX "model_next_retrain_at_idx" ON "model"("next_retrain_at");

-- CreateIndex
CREATE UNIQUE INDEX "model_version_model_id_number_key" ON "model_version"("model_id", "number");

-- CreateIndex
CREATE UNIQUE INDEX "model_promotion_reverts_id_key" ON "model_promotion"("reverts_id");

-- CreateIndex
CREATE INDEX "model_promotion_model_id_id_idx" ON "model_promotion"("model_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "training_run_under_way_key" ON "training_run"("under_way");

-- CreateIndex
CREATE UNIQUE INDEX "training_run_key_key" ON "training_run"("key");

-- CreateIndex
CREATE UNIQUE INDEX "training_run_version_id_key" ON "training_run"("version_id");

-- CreateIndex
CREATE INDEX "training_run_model_id_id_idx" ON "training_run"("model_id", "id");

-- CreateIndex
CREATE INDEX "prediction_task_customer_id_idx" ON "prediction"("task", "customer_id");

-- CreateIndex
CREATE INDEX "prediction_version_id_idx" ON "prediction"("version_id");

-- AddForeignKey
ALTER TABLE "model" ADD CONSTRAINT "model_domain_id_fkey" FOREIGN KEY ("domain_id") REFERENCES "domain"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "model" ADD CONSTRAINT "model_active_version_id_fkey" FOREIGN KEY ("active_version_id") REFERENCES "model_version"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "model_version" ADD CONSTRAINT "model_version_model_id_fkey" FOREIGN KEY ("model_id") REFERENCES "model"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "model_version" ADD CONSTRAINT "model_version_parent_id_fkey" FOREIGN KEY ("parent_id") REFERENCES "model_version"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "model_promotion" ADD CONSTRAINT "model_promotion_model_id_fkey" FOREIGN KEY ("model_id") REFERENCES "model"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "model_promotion" ADD CONSTRAINT "model_promotion_version_id_fkey" FOREIGN KEY ("version_id") REFERENCES "model_version"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "training_run" ADD CONSTRAINT "training_run_model_id_fkey" FOREIGN KEY ("model_id") REFERENCES "model"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "training_run" ADD CONSTRAINT "training_run_version_id_fkey" FOREIGN KEY ("version_id") REFERENCES "model_version"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "training_run_curve" ADD CONSTRAINT "training_run_curve_run_id_fkey" FOREIGN KEY ("run_id") REFERENCES "training_run"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "prediction" ADD CONSTRAINT "prediction_customer_id_fkey" FOREIGN KEY ("customer_id") REFERENCES "customer"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "prediction" ADD CONSTRAINT "prediction_version_id_fkey" FOREIGN KEY ("version_id") REFERENCES "model_version"("id") ON DELETE CASCADE ON UPDATE CASCADE;


