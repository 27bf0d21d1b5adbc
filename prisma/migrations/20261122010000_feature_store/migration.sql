-- CreateTable
CREATE TABLE "feature_entity" (
    "name" TEXT NOT NULL,
    "keys" JSONB NOT NULL,
    "key_kinds" JSONB,

    CONSTRAINT "feature_entity_pkey" PRIMARY KEY ("name")
);

-- CreateTable
CREATE TABLE "feature_view" (
    "id" SERIAL NOT NULL,
    "name" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "definition" JSONB NOT NULL,
    "hash" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "feature_view_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "feature_view_version" (
    "id" SERIAL NOT NULL,
    "view_id" INTEGER NOT NULL,
    "version" INTEGER NOT NULL,
    "definition" JSONB NOT NULL,
    "columns" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "feature_view_version_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "feature_service" (
    "id" SERIAL NOT NULL,
    "name" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "definition" JSONB NOT NULL,
    "hash" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "feature_service_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "feature_service_version" (
    "id" SERIAL NOT NULL,
    "service_id" INTEGER NOT NULL,
    "version" INTEGER NOT NULL,
    "definition" JSONB NOT NULL,
    "view_ids" INTEGER[],
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "feature_service_version_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "feature_change" (
    "id" SERIAL NOT NULL,
    "kind" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "diff" JSONB NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "feature_change_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "feature_vector" (
    "service_version_id" INTEGER NOT NULL,
    "key" TEXT COLLATE "C" NOT NULL,
    "values" JSON NOT NULL,
    "valid_from" TIMESTAMPTZ(3),
    "valid_until" TIMESTAMPTZ(3),

    CONSTRAINT "feature_vector_pkey" PRIMARY KEY ("service_version_id","key")
);

-- CreateTable
CREATE TABLE "feature_service_model" (
    "service_version_id" INTEGER NOT NULL,
    "model_version" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "feature_service_model_pkey" PRIMARY KEY ("service_version_id","model_version")
);

-- CreateTable
CREATE TABLE "feature_materialization" (
    "id" SERIAL NOT NULL,
    "views" TEXT NOT NULL,
    "from_at" TIMESTAMPTZ(3),
    "to_at" TIMESTAMPTZ(3),
    "cursor" TEXT,
    "pages" INTEGER NOT NULL DEFAULT 0,
    "rows" INTEGER NOT NULL DEFAULT 0,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "feature_materialization_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "feature_statistic" (
    "id" SERIAL NOT NULL,
    "view" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "feature" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "rows" INTEGER NOT NULL,
    "null_rate" DOUBLE PRECISION,
    "mean" DOUBLE PRECISION,
    "stddev" DOUBLE PRECISION,
    "p1" DOUBLE PRECISION,
    "p50" DOUBLE PRECISION,
    "p99" DOUBLE PRECISION,
    "distinct_count" INTEGER NOT NULL,
    "profile" JSONB NOT NULL,
    "histogram" JSONB NOT NULL,
    "psi" DOUBLE PRECISION,
    "ks" DOUBLE PRECISION,
    "lag_ms" DOUBLE PRECISION,
    "baseline" BOOLEAN NOT NULL DEFAULT false,

    CONSTRAINT "feature_statistic_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "feature_alert" (
    "id" SERIAL NOT NULL,
    "view" TEXT NOT NULL,
    "feature" TEXT NOT NULL,
    "metric" TEXT NOT NULL,
    "value" DOUBLE PRECISION NOT NULL,
    "threshold" DOUBLE PRECISION NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "feature_alert_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "training_set" (
    "id" SERIAL NOT NULL,
    "name" TEXT NOT NULL,
    "service" TEXT,
    "service_version" INTEGER,
    "features" JSONB NOT NULL,
    "views" JSONB NOT NULL,
    "known_at" TEXT NOT NULL,
    "hash" TEXT NOT NULL,
    "row_count" INTEGER NOT NULL,
    "file" TEXT,
    "table_name" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "training_set_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "feature_view_name_key" ON "feature_view"("name");

-- CreateIndex
CREATE UNIQUE INDEX "feature_view_version_view_id_version_key" ON "feature_view_version"("view_id", "version");

-- CreateIndex
CREATE UNIQUE INDEX "feature_service_name_key" ON "feature_service"("name");

-- CreateIndex
CREATE UNIQUE INDEX "feature_service_version_service_id_version_key" ON "feature_service_version"("service_id", "version");

-- CreateIndex
CREATE INDEX "feature_change_kind_name_idx" ON "feature_change"("kind", "name");

-- CreateIndex
CREATE INDEX "feature_materialization_views_finished_at_idx" ON "feature_materialization"("views", "finished_at");

-- CreateIndex
CREATE INDEX "feature_statistic_view_feature_at_idx" ON "feature_statistic"("view", "feature", "at");

-- CreateIndex
CREATE INDEX "feature_alert_view_at_idx" ON "feature_alert"("view", "at");

-- CreateIndex
CREATE INDEX "training_set_name_idx" ON "training_set"("name");

-- AddForeignKey
ALTER TABLE "feature_view_version" ADD CONSTRAINT "feature_view_version_view_id_fkey" FOREIGN KEY ("view_id") REFERENCES "feature_view"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "feature_service_version" ADD CONSTRAINT "feature_service_version_service_id_fkey" FOREIGN KEY ("service_id") REFERENCES "feature_service"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "feature_vector" ADD CONSTRAINT "feature_vector_service_version_id_fkey" FOREIGN KEY ("service_version_id") REFERENCES "feature_service_version"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "feature_service_model" ADD CONSTRAINT "feature_service_model_service_version_id_fkey" FOREIGN KEY ("service_version_id") REFERENCES "feature_service_version"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- The rows of views. Their tables grow out of definitions (`apply`), so they live outside of the
-- schema that Prisma compares with its own.
CREATE SCHEMA "feature_store";

-- The newest row of every pushed view, and the computed row of every view of events, by key: one
-- table, so that a read of many views is one scan of one index.
CREATE TABLE "feature_store"."online_row" (
    "view_id" INTEGER NOT NULL,
    "key" TEXT COLLATE "C" NOT NULL,
    "customer_id" INTEGER,
    "event_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3),
    "seq" BIGINT,
    "computed_at" TIMESTAMPTZ(3),
    "next_change_at" TIMESTAMPTZ(3),
    "vals" JSON NOT NULL,

    CONSTRAINT "online_row_pkey" PRIMARY KEY ("view_id","key")
);

CREATE INDEX "online_row_next_change_at_idx" ON "feature_store"."online_row"("next_change_at") WHERE "next_change_at" IS NOT NULL;
