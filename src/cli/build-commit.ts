/** Set by the bundler where it knows the commit. */
declare const __netdoctorCommit: string | undefined;

/** The commit that this was built from; "" where the build did not know it, and in sources. */
export const buildCommit = (): string => (typeof __netdoctorCommit === "string" ? __netdoctorCommit : "");
