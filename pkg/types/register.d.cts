/**
 * The preload for an unmodified NocoDB: `NODE_OPTIONS="--require nocodb-bitbucket-auth/register"`.
 *
 * In: the moment at which NocoDB assigns its list of integrations. Out: Bitbucket in that list, and integrations of ours
 *   that reach NocoDB's database with tokens in them instead of an authorization code.
 * Never here: a rule of OAuth (the entry's wrapper exchanges the code), an integration of somebody else, an exception
 *   that leaves the preload. Other processes inherit `NODE_OPTIONS` too (npm, workers), so nothing is loaded and
 *   nothing is said before NocoDB has shown itself.
 */
export type Entry = {
    type: string;
    sub_type: string;
    wrapper: any;
    manifest: any;
    form: any;
};
export type Integration = {
    type?: string;
    sub_type?: string;
    config?: unknown;
};
export type Plugin = typeof import('./index.cjs');
export type Host = Function & {
    availableIntegrations: Entry[];
    get: (context: any, id: string, ...rest: any[]) => Promise<Integration | undefined>;
    createIntegration: (integration: Integration, ...rest: any[]) => Promise<any>;
    updateIntegration: (context: any, id: string, integration: Integration, ...rest: any[]) => Promise<any>;
};
