-- A model that is not sure enough says nothing: the value is null, and how unsure it is is kept.
-- AlterTable
ALTER TABLE "prediction" ADD COLUMN     "uncertainty" DOUBLE PRECISION,
ALTER COLUMN "value" DROP NOT NULL;
