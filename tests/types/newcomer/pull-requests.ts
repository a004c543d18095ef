// Lists all open pull requests of a workspace, with the workspace's access token.
import { BitbucketAuthError, createEntry, isBitbucketAxiosError } from 'nocodb-bitbucket-auth';

interface Repository {
  full_name: string;
}

interface PullRequest {
  id: number;
  title: string;
  author: { display_name: string } | null;
}

export type Outcome = { titles: string[] } | { problem: string; retryAfter?: number };

/** @param env the token, and the URL of Bitbucket's API */
export async function openPullRequests(workspace: string, env: Record<string, string | undefined>): Promise<Outcome> {
  const { wrapper: Bitbucket } = createEntry(env);
  const bitbucket = new Bitbucket({ type: 'api_key', token: env.BITBUCKET_TOKEN, workspace });
  try {
    return await bitbucket.use(async (client) => {
      const titles: string[] = [];
      for await (const { full_name } of client.paginate<Repository>(`/repositories/${workspace}`, { pagelen: 100 })) {
        const path = `/repositories/${full_name}/pullrequests`;
        for await (const { id, title, author } of client.paginate<PullRequest>(path, { state: 'OPEN' })) {
          titles.push(`${full_name} #${id} ${title} (${author?.display_name ?? 'nobody'})`);
        }
      }
      return { titles };
    });
  } catch (error) {
    if (isBitbucketAxiosError(error)) return problemOf(error.bitbucket);
    if (error instanceof BitbucketAuthError) return problemOf(error);
    throw error;
  } finally {
    await bitbucket.destroy();
  }
}

function problemOf({ code, message, retryAfter }: BitbucketAuthError): Outcome {
  const problem = code === 'API_NOT_FOUND' ? 'There is no such workspace.' : message;
  return retryAfter === undefined ? { problem } : { problem, retryAfter };
}
