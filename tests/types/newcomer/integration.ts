// An integration that gets the package's entry from its host (NocoDB), creates a wrapper with it, and reads issues.
import type {
  BitbucketAuthIntegration, BitbucketClient, HostServices, IntegrationConfig, IntegrationEntry, StoredTokens,
} from 'nocodb-bitbucket-auth';

/** A connection as the host stores it. */
export interface Row {
  id: string;
  title?: string;
  config: IntegrationConfig;
}

interface Issue {
  id: number;
  title: string;
}

export class Issues {
  readonly #bitbucket: BitbucketAuthIntegration;

  constructor(entry: IntegrationEntry, row: Row, rows: Map<string, Row>, log?: (message: string) => void) {
    const host: HostServices = {
      id: row.id,
      title: row.title,
      logger: log,
      loadConfig: async () => rows.get(row.id)?.config,
      saveConfig: (config) => {
        rows.set(row.id, { ...row, config });
      },
    };
    this.#bitbucket = new entry.wrapper(row.config, host);
  }

  /** Tests the connection, and returns the result as a text for a dialog. */
  async check(): Promise<string> {
    const { success, message, missingScopes = [] } = await this.#bitbucket.testConnection();
    return success && missingScopes.length > 0 ? `Missing: ${missingScopes.join(', ')}` : message ?? '';
  }

  async repositories(workspace?: string): Promise<string[]> {
    const names: string[] = [];
    let next: string | undefined;
    do {
      const page = await this.#bitbucket.listRepositories({ workspace, next });
      names.push(...page.values.map(({ full_name }) => full_name));
      next = page.next;
    } while (next !== undefined);
    return names;
  }

  open(repository: string): Promise<Issue[]> {
    return this.#bitbucket.use(async (client: BitbucketClient) => {
      const { data } = await client.get<{ values: Issue[] }>(`/repositories/${repository}/issues`);
      return data.values;
    });
  }

  end(): Promise<void> {
    return this.#bitbucket.destroy();
  }
}

/** Exchanges the code that the host's dialog received. */
export async function connected(entry: IntegrationEntry, oauth: { code: string; code_verifier?: string }): Promise<StoredTokens> {
  return new entry.wrapper().exchangeToken(oauth);
}
