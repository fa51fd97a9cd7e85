// Whether less or more of a metric is better.
import { fault } from "./fault.js";

export interface Goal {
  name: string;
  goal: "min" | "max";
}

const less = /(^|[^a-z])(loss|error|err|perplexity|ppl|nll|mse|mae|rmse|wer|cer|bpb|bpc|fid)([^a-z]|$)/i;
const more =
  /(^|[^a-z])(acc|accuracy|f1|auc|auroc|bleu|rouge|precision|recall|reward|return|score|psnr|ssim)([^a-z]|$)/i;

/**
 * What `loss`, `loss:min` or `reward:max` asks for. Without a word what the name is known for; throws usage for a name that
 * is known for nothing, or for both.
 */
export function goalOf(text: string): Goal {
  const [, name = text, said] = /^(.+):(min|max)$/.exec(text) ?? [];
  if (said !== undefined) return { name, goal: said as Goal["goal"] };
  if (less.test(name) !== more.test(name)) return { name, goal: less.test(name) ? "min" : "max" };
  throw fault("usage", `cannot tell whether less or more of '${name}' is better`, {
    hint: `${name}:min or ${name}:max`,
  });
}
