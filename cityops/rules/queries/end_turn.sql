UPDATE rule_watch SET commit_no = %(commit_no)s, watched_at = now()
