-- How far everything is, in one look: a turn without news ends here.
SELECT w.revision, w.commit_no, m.commit_no AS head, r.revision AS register
FROM rule_watch w, commit_watermark m, register_revision r
