/**
 * An SQL expression of type `text[]`: the forms in which imported tokens are stored now, as `token_hash_key_version`
 * writes them. It steps from one form to the next in the indexes that hold imported rows alone, so it costs as much as
 * there are forms, however many rows there are, and next to nothing where there are none.
 */
export const importFormsSql = `array(${formsOf('api_keys')} union ${formsOf('api_key_retiring_secrets')})`;

function formsOf(table: string): string {
  const next = (after: string) =>
    `(select s.token_hash_key_version from ${table} s where s.token_hash_key_version like '%/%' ${after}
        order by s.token_hash_key_version limit 1)`;
  return `(with recursive forms (form) as (
      ${next('')}
      union all
      select ${next('and s.token_hash_key_version > forms.form')} from forms where forms.form is not null
    ) select form from forms where form is not null)`;
}
