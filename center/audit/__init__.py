"""The audit trail: every act and every refusal, in a chain that shows any change."""
