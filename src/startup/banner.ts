const QUERY = `{
  customers(
    filter: { domain: "retail" }
    orderBy: [{ feature: "rfm:monetary", direction: DESC }]
    first: 2
  ) {
    nodes { traits rfm { monetary frequency recencyDays } segments { segment { name } } }
  }
}`;

/** What a person sees once Cameo serves: where it is, how to get in, and one query to try. */
export function banner(url: string, devKey: string | undefined): string {
  const header = devKey && `{ "Authorization": "Bearer ${devKey}" }`;
  return `
  Cameo is up.

    Apollo Sandbox   ${url}
    ${header ? `Header to set    ${header}` : 'Keys             npm run keys'}
    Prisma Studio    npm run studio

  Try:

${QUERY.split('\n')
  .map((line) => `    ${line}`)
  .join('\n')}

  Ctrl-C stops everything, the database included.
`;
}
