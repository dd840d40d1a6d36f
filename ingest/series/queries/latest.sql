-- Newest values, each with its own time, and the newest position.
SELECT r.received_at AS readings_received_at, p.received_at AS position_received_at,
       p.time AS position_time, p.lon, p.lat, p.speed_mps, p.heading_deg, p.accuracy_m,
       (SELECT coalesce(json_agg(json_build_object(
                   'quantity', q.key, 'unit', q.unit, 'value', v.value,
                   'time', coalesce(v.time, r.time)) ORDER BY v.place), '[]')
        FROM unnest(r."values", r.times, m.quantities) WITH ORDINALITY
             AS v (value, time, quantity, place)
        JOIN quantities q ON q.key = v.quantity
        WHERE v.value IS NOT NULL) AS readings
FROM devices d
JOIN device_models m ON m.id = d.model
LEFT JOIN latest_readings r ON r.device = d.id
LEFT JOIN latest_positions p ON p.device = d.id
WHERE d.id = %(device)s
