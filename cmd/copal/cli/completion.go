package cli

import "github.com/spf13/cobra"

// newCompletion prints the script with which a shell completes commands, flags
// and their values.
func newCompletion(a *app) *cobra.Command {
	shells := []string{"bash", "zsh", "fish", "powershell"}
	return &cobra.Command{
		Use:   "completion SHELL",
		Short: "Print a completion script for bash, zsh, fish or powershell",
		Long: `Completion prints the script with which a shell completes copal's commands, flags
and their values.`,
		Example: `  source <(copal completion bash)                                  # in ~/.bashrc
  copal completion zsh > "${fpath[1]}/_copal"
  copal completion fish > ~/.config/fish/completions/copal.fish
  copal completion powershell | Out-String | Invoke-Expression`,
		ValidArgs: shells,
		Args:      exactly("SHELL"),
		RunE: func(cmd *cobra.Command, args []string) error {
			root := cmd.Root()
			switch args[0] {
			case "bash":
				return root.GenBashCompletionV2(a.Out, true)
			case "zsh":
				return root.GenZshCompletion(a.Out)
			case "fish":
				return root.GenFishCompletion(a.Out, true)
			case "powershell":
				return root.GenPowerShellCompletionWithDesc(a.Out)
			}
			return oneOf("shell", args[0], shells...)
		},
	}
}
