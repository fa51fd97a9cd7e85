// What steers a terminal (ECMA-48), as one expression: text of files must not.

const csi = "(?:\\u001b\\[|\\u009b)([0-9:;<=>?]*)([ -/]*[@-~])";
const opens = "(?:\\u001b[PX\\]^_]|[\\u0090\\u0098\\u009d-\\u009f])";
// Without another opening inside, so that a text full of them is read in one go.
const inside = "[^\\u0007\\u001b\\u0090\\u0098\\u009c-\\u009f\\n]*";
const closes = "(?:\\u0007|\\u001b\\\\|\\u009c)";

/** Colours, cursor, modes (parameters and last letter are caught); titles, links and other strings, whole. */
export const controlSequences = new RegExp(`${csi}|${opens}${inside}${closes}`, "gu");
