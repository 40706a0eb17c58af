import { readFileSync } from 'node:fs';
import { Migration } from '@mikro-orm/migrations';

/** In order, and only ever appended to. */
export const migrationNames = [
  '0001_house',
  '0002_lists',
  '0003_import',
  '0004_audit',
  '0005_jwt',
  '0006_list_walks',
  '0007_slugs',
  '0008_leases',
] as const;

function sqlMigration(name: string) {
  return {
    name,
    class: class extends Migration {
      up(): void {
        this.addSql(readFileSync(new URL(`./${name}.sql`, import.meta.url), 'utf8'));
      }
    },
  };
}

/** Each migration is one reviewed file of SQL, run in one transaction. */
export const migrations = migrationNames.map(sqlMigration);
