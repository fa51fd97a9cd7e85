env | grep ^WANDB_ | sort
echo "wandb: View run at https://wandb.ai/p-doom/other/runs/k7q3mz"
