-- Every device that may connect to the broker now.
SELECT device_id, credential_hash
FROM devices
WHERE enabled AND retired_at IS NULL AND credential_hash IS NOT NULL
ORDER BY device_id
