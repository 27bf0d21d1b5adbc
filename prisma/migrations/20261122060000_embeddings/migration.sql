-- CreateTable
CREATE TABLE "embedding_model" (
    "model" TEXT NOT NULL,
    "version" TEXT NOT NULL,
    "serving" TEXT,
    "dimensions" INTEGER NOT NULL,
    "domain" TEXT,
    "activated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "embedding_model_pkey" PRIMARY KEY ("model")
);

-- CreateTable
CREATE TABLE "embedding" (
    "customer_id" INTEGER NOT NULL,
    "model" TEXT NOT NULL,
    "version" TEXT NOT NULL,
    "domain_id" INTEGER NOT NULL,
    "values" REAL[],
    "text_hash" TEXT NOT NULL,
    "batch" BIGINT NOT NULL DEFAULT ((pg_current_xact_id())::text)::bigint,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "embedding_pkey" PRIMARY KEY ("customer_id","model","version")
);

-- CreateTable
CREATE TABLE "embedding_change" (
    "id" BIGSERIAL NOT NULL,
    "customer_id" INTEGER NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "embedding_change_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "job_shard" (
    "job_run_id" UUID NOT NULL,
    "number" INTEGER NOT NULL,
    "after_id" INTEGER NOT NULL,
    "last_id" INTEGER NOT NULL,
    "work" JSONB NOT NULL,
    "done_at" TIMESTAMPTZ(3),

    CONSTRAINT "job_shard_pkey" PRIMARY KEY ("job_run_id","number")
);

-- CreateTable
CREATE TABLE "segment_lookalike" (
    "segment_id" INTEGER NOT NULL,
    "source_id" INTEGER NOT NULL,
    "model" TEXT NOT NULL,
    "size" INTEGER,
    "min_similarity" DOUBLE PRECISION,
    "centroid" REAL[],
    "least" DOUBLE PRECISION,
    "seen_change" BIGINT NOT NULL DEFAULT 0,
    "stale" BOOLEAN NOT NULL DEFAULT true,

    CONSTRAINT "segment_lookalike_pkey" PRIMARY KEY ("segment_id")
);

-- CreateIndex
CREATE INDEX "embedding_model_version_domain_id_customer_id_idx" ON "embedding"("model", "version", "domain_id", "customer_id");

-- CreateIndex
CREATE INDEX "segment_lookalike_source_id_idx" ON "segment_lookalike"("source_id");

-- AddForeignKey
ALTER TABLE "embedding" ADD CONSTRAINT "embedding_customer_id_fkey" FOREIGN KEY ("customer_id") REFERENCES "customer"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "segment_lookalike" ADD CONSTRAINT "segment_lookalike_segment_id_fkey" FOREIGN KEY ("segment_id") REFERENCES "segment"("id") ON DELETE CASCADE ON UPDATE CASCADE;



-- Whoever keeps vectors in memory hears of every change, whichever statement made it, erasure included.
-- A notification holds less than 8,000 bytes, so at most 500 ids.
CREATE FUNCTION embedding_notify() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('cameo_embeddings',
    json_build_object('model', model, 'version', version, 'ids', json_agg(customer_id))::text)
  FROM (
    SELECT model, version, customer_id,
      (row_number() OVER (PARTITION BY model, version ORDER BY customer_id) - 1) / 500 AS part
    FROM changed
  ) AS parts
  GROUP BY model, version, part;
  RETURN NULL;
END $$;

CREATE TRIGGER embedding_inserted AFTER INSERT ON "embedding"
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION embedding_notify();
CREATE TRIGGER embedding_updated AFTER UPDATE ON "embedding"
  REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION embedding_notify();
CREATE TRIGGER embedding_deleted AFTER DELETE ON "embedding"
  REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION embedding_notify();
