export const page: string;
export const policy: string;
