export const hash: string;
export const section: string;
export const build: string;
export const key: symbol;
