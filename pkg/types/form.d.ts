/**
 * The form that NocoDB's GUI shows for the integration.
 *
 * In: the judged environment. Out: form elements as NocoDB's form builder takes them. What never happens here: the
 * client secret appears, or OAuth2 is offered without a valid configuration.
 */
export type FormCondition = {
    /**
     * path of the value that is looked at
     */
    model: string;
    /**
     * what it has to be
     */
    value?: string;
    /**
     * what it has to be one of
     */
    in?: string[];
};
export type FormElement = {
    type: 'input' | 'select' | 'password' | 'oauth';
    /**
     * path in the integration that the element writes to
     */
    model: string;
    label: string;
    placeholder?: string;
    /**
     * of 24 columns
     */
    span?: number;
    category?: string;
    helpText?: string;
    /**
     * shows the asterisk only
     */
    required?: boolean;
    defaultValue?: string;
    /**
     * when the element is shown
     */
    condition?: FormCondition;
    validators?: FormValidator[];
    options?: {
        label: string;
        value: string;
    }[];
    oauthMeta?: OAuthMeta;
};
export type FormValidator = {
    type: 'required' | 'email';
    message: string;
} | {
    type: 'regex';
    pattern: string;
    message: string;
};
export type OAuthMeta = {
    provider: string;
    /**
     * has a query: the GUI appends `&code_challenge=…&code_challenge_method=S256&state=…`
     */
    authUri: string;
    redirectUri: string;
    clientId: string;
    /**
     * shown only; the GUI does not add them to `authUri`
     */
    scopes: string[];
    /**
     * the callback's parameter with the code
     */
    codeKey: string;
};
/**
 * @param {Pick<import('./environment.js').Environment, 'client'>} environment
 * @returns {FormElement[]}
 */
export declare function form({ client }: Pick<import('./environment.js').Environment, 'client'>): FormElement[];
